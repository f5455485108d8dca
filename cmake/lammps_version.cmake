# What a folder of LAMMPS's headers says about itself: version.h in the sources, liblammps.pc beside an installation.

# The pkg-config file of the installation that the folder belongs to; empty for a source folder.
function(lammps_pkg_config folder result)
  set(_prefix "${folder}/../..")
  file(GLOB _files "${_prefix}/pkgconfig/liblammps.pc" "${_prefix}/lib*/pkgconfig/liblammps.pc"
       "${_prefix}/lib/*/pkgconfig/liblammps.pc")
  set(${result} "" PARENT_SCOPE)
  if(_files)
    list(GET _files 0 _first)
    set(${result} "${_first}" PARENT_SCOPE)
  endif()
endfunction()

# The version as LAMMPS's own number, 20250722 for 22 Jul 2025; 0 where it cannot be told.
function(lammps_version_of_headers folder result)
  set(${result} 0 PARENT_SCOPE)
  if(EXISTS "${folder}/version.h")    # #define LAMMPS_VERSION "22 Jul 2025"
    file(STRINGS "${folder}/version.h" _line REGEX "LAMMPS_VERSION")
    if(_line MATCHES "\"([0-9]+) ([A-Z][a-z][a-z])[a-z]* ([0-9]+)")
      set(_months Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
      list(FIND _months "${CMAKE_MATCH_2}" _month)
      math(EXPR _number "${CMAKE_MATCH_3} * 10000 + (${_month} + 1) * 100 + ${CMAKE_MATCH_1}")
      set(${result} ${_number} PARENT_SCOPE)
    endif()
    return()
  endif()
  lammps_pkg_config("${folder}" _file)
  if(_file)
    file(STRINGS "${_file}" _line REGEX "^Version: ")
    if(_line MATCHES " ([0-9]+)\\.([0-9]+)\\.([0-9]+)")    # Version: 2025.7.22.4
      math(EXPR _number "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100 + ${CMAKE_MATCH_3}")
      set(${result} ${_number} PARENT_SCOPE)
    elseif(_line MATCHES " ([0-9]+)$")    # releases of before 2025: 20240829
      set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
    endif()
  endif()
endfunction()

# smallbig, bigbig or smallsmall; empty where it cannot be told: sources do not say.
function(lammps_sizes_of_headers folder result)
  set(${result} "" PARENT_SCOPE)
  lammps_pkg_config("${folder}" _file)
  if(_file)
    file(STRINGS "${_file}" _line REGEX "^Cflags: ")
    if(_line MATCHES "-DLAMMPS_(SMALLBIG|BIGBIG|SMALLSMALL)")
      string(TOLOWER "${CMAKE_MATCH_1}" _sizes)
      set(${result} ${_sizes} PARENT_SCOPE)
    endif()
  endif()
endfunction()
