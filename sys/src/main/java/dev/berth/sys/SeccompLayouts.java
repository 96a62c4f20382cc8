package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/// The messages between a seccomp listener and the kernel.
///
/// **Source:** seccomp_unotify(2), `linux/seccomp.h`.
final class SeccompLayouts {
    static final int ARGUMENTS = 6;

    /// `struct seccomp_notif`, with the `struct seccomp_data` inside:
    ///
    ///     0      8     12      16     20     24    32                  80
    ///     | id   | pid | flags | nr   | arch | ip  | args[6]           |
    static final StructLayout NOTIFICATION =
            Layouts.struct(
                    "seccomp_notif",
                    80,
                    JAVA_LONG.withName("id"),
                    JAVA_INT.withName("pid"),
                    JAVA_INT.withName("flags"),
                    JAVA_INT.withName("nr"),
                    JAVA_INT.withName("arch"),
                    JAVA_LONG.withName("ip"),
                    MemoryLayout.sequenceLayout(ARGUMENTS, JAVA_LONG).withName("args"));

    static final long NOTIFICATION_ID = Layouts.offset(NOTIFICATION, "id");
    static final long NOTIFICATION_PID = Layouts.offset(NOTIFICATION, "pid");
    static final long NOTIFICATION_NR = Layouts.offset(NOTIFICATION, "nr");
    static final long NOTIFICATION_ARGS = Layouts.offset(NOTIFICATION, "args");

    /// `struct seccomp_notif_resp`:
    ///
    ///     0      8       16      20      24
    ///     | id   | val   | error | flags |
    static final StructLayout RESPONSE =
            Layouts.struct(
                    "seccomp_notif_resp",
                    24,
                    JAVA_LONG.withName("id"),
                    JAVA_LONG.withName("val"),
                    JAVA_INT.withName("error"),
                    JAVA_INT.withName("flags"));

    static final long RESPONSE_ID = Layouts.offset(RESPONSE, "id");
    static final long RESPONSE_VALUE = Layouts.offset(RESPONSE, "val");
    static final long RESPONSE_ERROR = Layouts.offset(RESPONSE, "error");
    static final long RESPONSE_FLAGS = Layouts.offset(RESPONSE, "flags");

    /// `struct seccomp_notif_addfd`:
    ///
    ///     0      8       12      16      20            24
    ///     | id   | flags | srcfd | newfd | newfd_flags |
    static final StructLayout ADD_FD =
            Layouts.struct(
                    "seccomp_notif_addfd",
                    24,
                    JAVA_LONG.withName("id"),
                    JAVA_INT.withName("flags"),
                    JAVA_INT.withName("srcfd"),
                    JAVA_INT.withName("newfd"),
                    JAVA_INT.withName("newfd_flags"));

    static final long ADD_FD_ID = Layouts.offset(ADD_FD, "id");
    static final long ADD_FD_FLAGS = Layouts.offset(ADD_FD, "flags");
    static final long ADD_FD_SOURCE = Layouts.offset(ADD_FD, "srcfd");
    static final long ADD_FD_TARGET = Layouts.offset(ADD_FD, "newfd");
    static final long ADD_FD_TARGET_FLAGS = Layouts.offset(ADD_FD, "newfd_flags");

    private SeccompLayouts() {}
}
