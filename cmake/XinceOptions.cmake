# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# -O3, CMake's choice, costs time to compile and brings nothing here.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(XINCE_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
# Tests are linked by mold, which is quick. Its version in Debian 12 lays out the read-only part after
# relocation wrongly for some programs, which then do not start: tests do without that part, and what
# ships is linked by the system's linker.
find_program(MOLD_PROGRAM mold)
set(XINCE_TEST_LINK_OPTIONS)
if(MOLD_PROGRAM)
  set(XINCE_TEST_LINK_OPTIONS -fuse-ld=mold -Wl,-z,norelro)
endif()

add_compile_options(-Wall -Wextra -Werror=return-type -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety)
endif()
if(XINCE_SANITIZE)
  add_compile_options("-fsanitize=${XINCE_SANITIZE}" -fno-omit-frame-pointer -g1)
  add_link_options("-fsanitize=${XINCE_SANITIZE}")
  # Debian's gRPC is built without sanitizers, and sync_posix.h changes the layout of gpr_mu under them.
  add_compile_definitions(GRPC_ASAN_SUPPRESSED GRPC_TSAN_SUPPRESSED)
endif()
