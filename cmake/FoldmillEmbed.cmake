# Text files as a C++ source, made at build time.
#
# foldmill_embed(OUTPUT HEADER NAMESPACE FUNCTION FILES…)
# HEADER declares `struct EmbeddedFile {std::string_view name, text;}` and
# `std::span<const EmbeddedFile> FUNCTION()` in NAMESPACE; OUTPUT defines it, in the order of FILES.
#
# The same file is the script that writes the source (cmake -P), so that editing a text rebuilds it.

if(CMAKE_SCRIPT_MODE_FILE)
  set(entries "")
  foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    file(READ ${path} text)
    string(APPEND entries "    {\"${name}\", R\"embed(${text})embed\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\n"
    "std::span<const EmbeddedFile> ${FUNCTION}() {\n"
    "  static constexpr EmbeddedFile kFiles[] = {\n${entries}  };\n"
    "  return kFiles;\n}\n\n}  // namespace ${NAMESPACE}\n")
  return()
endif()

set(FOLDMILL_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(foldmill_embed output header namespace function)
  set(paths "")
  foreach(file IN LISTS ARGN)
    list(APPEND paths ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${paths}" -DOUTPUT=${output} -DHEADER=${header}
            -DNAMESPACE=${namespace} -DFUNCTION=${function} -P ${FOLDMILL_EMBED_SCRIPT}
    DEPENDS ${paths} ${FOLDMILL_EMBED_SCRIPT} COMMENT "Embedding ${ARGN}" VERBATIM)
endfunction()
