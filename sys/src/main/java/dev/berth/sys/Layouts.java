package dev.berth.sys;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/// What the struct layouts have in common.
final class Layouts {
    private Layouts() {}

    /// A struct whose size is known from its documentation; a wrong one fails at class loading.
    static StructLayout struct(String name, long bytes, MemoryLayout... members) {
        StructLayout layout = MemoryLayout.structLayout(members).withName(name);
        if (layout.byteSize() != bytes) {
            throw new AssertionError(
                    "struct " + name + ": bytes=" + layout.byteSize() + ", documented=" + bytes);
        }
        return layout;
    }

    /// Where a field is. Reading at an offset needs no method handle of its own, of which each
    /// would cost milliseconds at start-up.
    static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }
}
