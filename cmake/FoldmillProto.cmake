# foldmill_proto_sources(OUT FILE…): generates messages and gRPC services from .proto files given
# relative to proto/, into the build tree, and sets OUT to the generated sources. Includes read
# "foldmill/v1/study.pb.h". Debian's protobuf has no CMake config: CMake's own module finds it.
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)

function(foldmill_proto_sources out)
  set(proto_dir ${PROJECT_SOURCE_DIR}/proto)
  set(generated_dir ${PROJECT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated_dir})
  foreach(file IN LISTS ARGN)
    string(REGEX REPLACE "\\.proto$" "" base ${file})
    set(outputs ${generated_dir}/${base}.pb.cc ${generated_dir}/${base}.pb.h
                ${generated_dir}/${base}.grpc.pb.cc ${generated_dir}/${base}.grpc.pb.h)
    # Every file depends on all: they import each other, and there are few.
    set(dependencies ${ARGN})
    list(TRANSFORM dependencies PREPEND ${proto_dir}/)
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc --proto_path=${proto_dir} --cpp_out=${generated_dir}
              --grpc_out=${generated_dir} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>
              ${file}
      DEPENDS ${dependencies}
      COMMENT "Generating ${base}"
      VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
