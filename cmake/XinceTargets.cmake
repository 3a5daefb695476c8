# The project's words for CMake. A target is always used by its alias, xince::<name>.

# xince_library(NAME journal HDRS a.h SRCS a.cc DEPS xince::errors)
#   PUBLIC dependencies, because headers name them. Without SRCS the target is an interface library.
function(xince_library)
  cmake_parse_arguments(ARG "" "NAME" "HDRS;SRCS;DEPS" ${ARGN})
  set(target "xince_${ARG_NAME}")
  if(ARG_SRCS)
    add_library(${target} STATIC ${ARG_SRCS} ${ARG_HDRS})
    target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PUBLIC ${ARG_DEPS})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
  endif()
  add_library(xince::${ARG_NAME} ALIAS ${target})
endfunction()

# xince_binary(NAME xinced SRCS main.cc DEPS ...)   The program lands in <build>/bin.
function(xince_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS})
endfunction()

# xince_test(NAME sqlite_journal_test SRCS x_test.cc DEPS xince::journal LABELS unit TIMEOUT 60)
#   One program, one ctest entry. LABELS: unit (default), integration, process, chaos.
#   The working directory is the source root, so test data is named by its path in the repository.
function(xince_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SRCS;DEPS;LABELS;ARGS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  # The code under test is optimized, the tests themselves are not: that halves their compilation.
  target_compile_options(${ARG_NAME} PRIVATE -O0)
  target_link_options(${ARG_NAME} PRIVATE ${XINCE_TEST_LINK_OPTIONS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock_main)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test")
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${ARG_ARGS} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${ARG_NAME} PROPERTIES
    LABELS "${ARG_LABELS}"
    TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "XINCE_BUILD_DIR=${PROJECT_BINARY_DIR};XINCE_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

# xince_proto_library(NAME evidence_proto PROTOS xince/evidence/v1/evidence.proto DEPS xince::type_proto)
#   Messages and service descriptors only; nothing that links gRPC is generated (docs/adr).
#   Paths are relative to proto/. Headers are included by the same path with .pb.h.
function(xince_proto_library)
  cmake_parse_arguments(ARG "" "NAME" "PROTOS;DEPS" ${ARGN})
  set(out "${PROJECT_BINARY_DIR}/gen")
  set(generated)
  foreach(proto IN LISTS ARG_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    add_custom_command(
      OUTPUT "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h"
      COMMAND ${CMAKE_COMMAND} -E make_directory "${out}"
      COMMAND protobuf::protoc "--cpp_out=${out}" -I "${PROJECT_SOURCE_DIR}/proto" "${PROJECT_SOURCE_DIR}/proto/${proto}"
      DEPENDS "${PROJECT_SOURCE_DIR}/proto/${proto}"
      COMMENT "protoc ${proto}"
      VERBATIM)
    list(APPEND generated "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
  endforeach()
  set(target "xince_${ARG_NAME}")
  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC "${out}")
  target_compile_options(${target} PRIVATE -w -O1)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  add_library(xince::${ARG_NAME} ALIAS ${target})
endfunction()
