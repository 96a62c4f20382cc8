package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;

/// `struct passwd`, the same in glibc and musl.
///
///     0        8           16       20       24         32       40         48
///     | name * | passwd *  | uid    | gid    | gecos *  | dir *  | shell *  |
///
/// **Source:** `pwd.h`, getpwnam_r(3).
final class PasswdLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "passwd",
                    48,
                    JAVA_LONG.withName("name"),
                    JAVA_LONG.withName("passwd"),
                    JAVA_INT.withName("uid"),
                    JAVA_INT.withName("gid"),
                    JAVA_LONG.withName("gecos"),
                    JAVA_LONG.withName("dir"),
                    JAVA_LONG.withName("shell"));

    static final long NAME = Layouts.offset(LAYOUT, "name");
    static final long UID = Layouts.offset(LAYOUT, "uid");
    static final long GID = Layouts.offset(LAYOUT, "gid");
    static final long DIR = Layouts.offset(LAYOUT, "dir");
    static final long SHELL = Layouts.offset(LAYOUT, "shell");

    private PasswdLayout() {}
}
