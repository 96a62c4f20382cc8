package dev.berth.sys;

import java.util.Optional;

/// The platform that this Java virtual machine runs on.
public final class Platform {
    private static final String SYSTEM = System.getProperty("os.name", "unknown");
    private static final String MACHINE = System.getProperty("os.arch", "unknown");
    private static final Optional<Arch> ARCH = Arch.named(MACHINE);
    private static final boolean SUPPORTED = SYSTEM.equals("Linux") && ARCH.isPresent();

    private Platform() {}

    /// Whether system calls can be made: Linux on x86-64 or aarch64. On any other platform each
    /// call returns `-ENOSYS`.
    public static boolean supported() {
        return SUPPORTED;
    }

    /// Why system calls cannot be made here, or which platform this is: text for users.
    public static String describe() {
        return SUPPORTED
                ? SYSTEM + " on " + MACHINE
                : "system calls need Linux on x86-64 or aarch64; this is "
                        + SYSTEM
                        + " on "
                        + MACHINE;
    }

    static Optional<Arch> arch() {
        return ARCH;
    }
}
