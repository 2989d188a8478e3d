# Several files of a target are compiled as one: they parse headers and
# instantiate templates once, and a build from nothing takes a third of the time.
#
# So the names in unnamed namespaces of such files must differ. When two files of
# a target clash, share what is the same, rename what differs, or list one of the
# files as ALONE. Every file still includes and declares what it uses: a build
# with this option off finds what is missing.
option(SLUICE_UNITY "Compile several files as one" ON)

# sluice_unity(<target> <files>...): compiles the target's files so, but for
# <files>.
function(sluice_unity target)
  if(NOT SLUICE_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON
                                             UNITY_BUILD_BATCH_SIZE 8)
  if(ARGN)
    set_source_files_properties(${ARGN} PROPERTIES
                                SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
