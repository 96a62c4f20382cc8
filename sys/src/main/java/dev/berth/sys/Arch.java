package dev.berth.sys;

import java.util.Locale;
import java.util.Optional;

/// A processor architecture whose system call numbers are known.
///
/// **Source:** `linux/audit.h` for the audit values.
public enum Arch {
    X86_64(0xC000003E, "amd64", "x86_64"),
    AARCH64(0xC00000B7, "aarch64", "arm64");

    private final int auditValue;
    private final String javaName;
    private final String otherName;

    Arch(int auditValue, String javaName, String otherName) {
        this.auditValue = auditValue;
        this.javaName = javaName;
        this.otherName = otherName;
    }

    /// The architecture of this Java virtual machine.
    ///
    /// **Errors:** `UnsupportedOperationException` on any other architecture; check
    /// [Platform#supported] first.
    public static Arch current() {
        return Platform.arch()
                .orElseThrow(() -> new UnsupportedOperationException(Platform.describe()));
    }

    /// The architecture with this name, as in the property `os.arch` or as printed by `uname -m`.
    static Optional<Arch> named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Arch arch : values()) {
            if (arch.javaName.equals(wanted) || arch.otherName.equals(wanted)) {
                return Optional.of(arch);
            }
        }
        return Optional.empty();
    }

    /// `AUDIT_ARCH_…`: the value that a seccomp filter finds in `seccomp_data.arch`.
    public int auditValue() {
        return auditValue;
    }
}
