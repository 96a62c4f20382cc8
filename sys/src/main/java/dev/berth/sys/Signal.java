package dev.berth.sys;

import java.util.Locale;
import java.util.Optional;

/// A signal, with the number that it has on x86-64 and aarch64.
///
/// **Source:** signal(7).
public enum Signal {
    HUP(1),
    INT(2),
    QUIT(3),
    ILL(4),
    TRAP(5),
    ABRT(6),
    BUS(7),
    FPE(8),
    KILL(9),
    USR1(10),
    SEGV(11),
    USR2(12),
    PIPE(13),
    ALRM(14),
    TERM(15),
    STKFLT(16),
    CHLD(17),
    CONT(18),
    STOP(19),
    TSTP(20),
    TTIN(21),
    TTOU(22),
    URG(23),
    XCPU(24),
    XFSZ(25),
    VTALRM(26),
    PROF(27),
    WINCH(28),
    IO(29),
    PWR(30),
    SYS(31);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /// The number that kill(2) takes.
    public int number() {
        return number;
    }

    /// The signal with this number; empty for real-time signals and anything else.
    public static Optional<Signal> of(int number) {
        for (Signal signal : values()) {
            if (signal.number == number) {
                return Optional.of(signal);
            }
        }
        return Optional.empty();
    }

    /// Reads `TERM`, `SIGTERM` or `15`, in upper or lower case.
    ///
    /// **Errors:** `IllegalArgumentException` for anything else.
    public static Signal parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring("SIG".length());
        }
        for (Signal signal : values()) {
            if (signal.name().equals(name) || Integer.toString(signal.number).equals(name)) {
                return signal;
            }
        }
        throw new IllegalArgumentException("no such signal: " + text + " (try TERM or 15)");
    }

    @Override
    public String toString() {
        return "SIG" + name();
    }
}
