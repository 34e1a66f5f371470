# FOLDMILL_SANITIZE=address (with undefined) or thread; empty for none.
set(FOLDMILL_SANITIZE "" CACHE STRING "address or thread")
add_library(foldmill_sanitizers INTERFACE)
if(FOLDMILL_SANITIZE STREQUAL "address")
  set(flags -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(FOLDMILL_SANITIZE STREQUAL "thread")
  # protobuf's, gRPC's and Abseil's headers lay some classes out in another way where this macro is
  # set, and their libraries were built without it. libstdc++ shall know all the same.
  set(flags -fsanitize=thread -fno-omit-frame-pointer -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
elseif(FOLDMILL_SANITIZE)
  message(FATAL_ERROR "FOLDMILL_SANITIZE is '${FOLDMILL_SANITIZE}': allowed are address and thread")
endif()
if(FOLDMILL_SANITIZE)
  target_compile_options(foldmill_sanitizers INTERFACE ${flags})
  target_link_options(foldmill_sanitizers INTERFACE ${flags})
endif()
