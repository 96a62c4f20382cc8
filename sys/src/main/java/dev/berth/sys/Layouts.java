package dev.berth.sys;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/// Helpers shared by the struct layouts.
final class Layouts {
    private Layouts() {}

    /// A struct whose size is documented; if the layout has another size, class loading fails.
    static StructLayout struct(String name, long bytes, MemoryLayout... members) {
        StructLayout layout = MemoryLayout.structLayout(members).withName(name);
        if (layout.byteSize() != bytes) {
            throw new AssertionError(
                    "struct " + name + ": bytes=" + layout.byteSize() + ", documented=" + bytes);
        }
        return layout;
    }

    /// The offset of a field. Reading at an offset needs no method handle per field; each would
    /// cost milliseconds at start-up.
    static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }
}
