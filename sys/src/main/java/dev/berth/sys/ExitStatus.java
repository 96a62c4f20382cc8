package dev.berth.sys;

import java.util.OptionalInt;

/// How a process ended: by an exit code or by a signal.
///
/// **Shape:** the text is `exit 3` or `killed by SIGKILL (9)`.
public record ExitStatus(OptionalInt code, OptionalInt signal) {
    private static final int SIGNAL_MASK = 0x7f;

    public ExitStatus {
        if (code.isPresent() == signal.isPresent()) {
            throw new IllegalArgumentException(
                    "either a code or a signal: code=" + code + ", signal=" + signal);
        }
    }

    /// A process that exited with this code, 0 to 255.
    public static ExitStatus exited(int code) {
        return new ExitStatus(OptionalInt.of(code), OptionalInt.empty());
    }

    /// A process that was killed by this signal.
    public static ExitStatus killed(int signal) {
        return new ExitStatus(OptionalInt.empty(), OptionalInt.of(signal));
    }

    /// Decodes the status that wait(2) returns for a process that has ended.
    static ExitStatus decode(int waitStatus) {
        int signal = waitStatus & SIGNAL_MASK;
        return signal == 0 ? exited(waitStatus >> 8 & 0xff) : killed(signal);
    }

    /// Whether the process exited with code 0.
    public boolean success() {
        return code.isPresent() && code.getAsInt() == 0;
    }

    @Override
    public String toString() {
        if (code.isPresent()) {
            return "exit " + code.getAsInt();
        }
        int number = signal.getAsInt();
        return "killed by "
                + Signal.of(number)
                        .map(name -> name + " (" + number + ")")
                        .orElse("signal " + number);
    }
}
