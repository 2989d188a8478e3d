# Headers of libraries and of generated code that most files of a kind include:
# parsed once for all of them. A header that defines objects, such as CLI11's,
# is listed only where nearly every file includes it, because every file gets
# the objects. Every file still includes what it uses: a build with this option
# off finds missing includes.
option(SLUICE_SHARED_HEADERS "Parse common headers once" ON)

set(SLUICE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <filesystem>
  <fstream> <functional> <limits> <map> <memory> <optional> <random> <set>
  <sstream> <string> <thread> <tuple> <utility> <vector>)
set(SLUICE_CORE_HEADERS ${SLUICE_STANDARD_HEADERS}
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
  <absl/container/inlined_vector.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/strings/str_format.h>
  <absl/strings/str_join.h> <absl/strings/str_split.h>
  <absl/synchronization/mutex.h> <absl/time/time.h>
  <google/protobuf/text_format.h> <google/protobuf/util/json_util.h>
  <sluice/rules/v1/pack.pb.h> <sluice/store/v1/record.pb.h> <sluice/admin/v1/registry.pb.h>)
set(SLUICE_SERVICE_HEADERS
  <sluice/admin/v1/audit.grpc.pb.h> <sluice/admin/v1/campaigns.grpc.pb.h>
  <sluice/admin/v1/dossier.grpc.pb.h> <sluice/v1/gateway.grpc.pb.h>
  <sluice/admin/v1/holds.grpc.pb.h> <sluice/admin/v1/operations.grpc.pb.h>
  <sluice/admin/v1/opt_outs.grpc.pb.h> <sluice/admin/v1/registry.grpc.pb.h>
  <sluice/admin/v1/rules.grpc.pb.h>)
set(SLUICE_CLIENT_HEADERS ${SLUICE_CORE_HEADERS}
  <grpcpp/grpcpp.h> ${SLUICE_SERVICE_HEADERS})
set(SLUICE_GATEWAY_HEADERS ${SLUICE_CORE_HEADERS}
  <grpcpp/grpcpp.h> <spdlog/spdlog.h> ${SLUICE_SERVICE_HEADERS})
set(SLUICE_TEST_HEADERS <gmock/gmock.h> <gtest/gtest.h>)

# sluice_headers(<name> HEADERS <headers>... DEPS <targets>...): precompiles the
# headers with the flags of targets that link DEPS.
function(sluice_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/generated/${name}.cc)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} sluice_warnings)
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

# Targets added later in this folder and its subfolders use the headers of
# `name`.
macro(sluice_use_headers name)
  if(SLUICE_SHARED_HEADERS)
    set(SLUICE_HEADERS ${name})
  endif()
endmacro()

# sluice_take_headers(<target>): the target uses the headers chosen by
# sluice_use_headers.
function(sluice_take_headers target)
  if(SLUICE_HEADERS)
    target_precompile_headers(${target} REUSE_FROM ${SLUICE_HEADERS})
  endif()
endfunction()
