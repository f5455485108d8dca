// The one file in which Catch2 makes main().
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 with sanitizers takes std::regex, which Catch2 uses, for uninitialised: a false alarm.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
