// The one file in which Catch2 makes main().
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
