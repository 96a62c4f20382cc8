package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/// `siginfo_t` as waitid(2) fills it.
///
///     0         4         8         12       16       20        24       28        128
///     | signo   | errno   | code    | pad    | pid    | uid     | status | …       |
///
/// **Source:** `asm-generic/siginfo.h`: the union is aligned for a pointer, hence the padding.
final class SiginfoLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "siginfo",
                    128,
                    JAVA_INT.withName("signo"),
                    JAVA_INT.withName("errno"),
                    JAVA_INT.withName("code"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_INT.withName("pid"),
                    JAVA_INT.withName("uid"),
                    JAVA_INT.withName("status"),
                    MemoryLayout.paddingLayout(100));

    static final long PID = Layouts.offset(LAYOUT, "pid");

    private SiginfoLayout() {}
}
