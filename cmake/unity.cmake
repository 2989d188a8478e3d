# Several files of a target are compiled as one: they parse headers and
# instantiate templates once, and a build from nothing takes a third of the time.
#
# So the names in unnamed namespaces of such files must differ. When two files of
# a target clash, share what is the same, rename what differs, or list one of the
# files as ALONE. Every file still includes and declares what it uses: a build
# with this option off finds what is missing.
option(SLUICE_UNITY "Compile several files as one" ON)

# sluice_unity(<target> FILES <files>... [ALONE <files>...]): compiles the
# target's files so, but for ALONE. A file's place in FILES decides which others
# it is compiled with: FILES may name more than the target has, so that a
# configuration that leaves files out never puts others together, which would
# clash in it alone.
function(sluice_unity target)
  if(NOT SLUICE_UNITY)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "FILES;ALONE" ${ARGN})
  list(REMOVE_ITEM ARG_FILES ${ARG_ALONE})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON
                                             UNITY_BUILD_MODE GROUP)
  set(place 0)
  foreach(file ${ARG_FILES})
    math(EXPR group "${place} / 8")
    set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${group})
    math(EXPR place "${place} + 1")
  endforeach()
endfunction()
