package dev.berth.cli.command;

import dev.berth.net.ForeignText;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Platform;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// Where a command prints to. A failed write shows in the exit code, through [#end].
///
/// @param window the width in columns of the window that `out` is connected to; empty if it is not
///   a window. Asked only when something is printed, because it takes a system call, and the first
///   one is expensive
public record Terminal(
        PrintStream out,
        PrintStream err,
        Supplier<OptionalInt> window,
        Map<String, String> environment) {
    private static final long TIOCGWINSZ = 0x5413;
    private static final int SIGPIPE = 13;

    /// The standard streams.
    public static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        return new Terminal(
                new CheckedOutput(new FileOutputStream(FileDescriptor.out), 1),
                new CheckedOutput(new FileOutputStream(FileDescriptor.err), 2),
                () -> columns(environment),
                environment);
    }

    /// The width of the window that `out` is connected to; empty if it is not a window, so that
    /// lines may be long.
    public OptionalInt columns() {
        return window.get();
    }

    /// The width for prose, which may be read elsewhere later (a pager): that of the window, or
    /// else the value of `COLUMNS`.
    public OptionalInt pageColumns() {
        OptionalInt columns = columns();
        return columns.isPresent() ? columns : wanted(environment);
    }

    /// Whether to use colours on `out`.
    public boolean colour() {
        return columns().isPresent()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    private static OptionalInt columns(Map<String, String> environment) {
        byte[] size = new byte[8];
        if (!Platform.supported() || Descriptors.ioctl(1, TIOCGWINSZ, size) < 0) {
            return OptionalInt.empty();
        }
        int columns = ByteBuffer.wrap(size).order(ByteOrder.nativeOrder()).getShort(2);
        OptionalInt wanted = wanted(environment);
        return wanted.isPresent() ? wanted : OptionalInt.of(columns > 0 ? columns : 80);
    }

    private static OptionalInt wanted(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("[1-9][0-9]{0,3}")
                ? OptionalInt.of(Integer.parseInt(columns))
                : OptionalInt.empty();
    }

    /// Prints a line of the answer. Whoever wrote the text, the only escape sequences that reach
    /// the terminal are colours.
    public void line(String text) {
        out.print(ForeignText.coloured(text) + "\n");
        out.flush();
    }

    /// Prints a line that is not part of the answer, after all earlier output, in the same way as
    /// [#line].
    public void errLine(String text) {
        out.flush();
        err.print(ForeignText.coloured(text) + "\n");
        err.flush();
    }

    /// Flushes both streams.
    public void flush() {
        out.flush();
        err.flush();
    }

    /// Whether output was lost, and further output would be too.
    public boolean lost() {
        return out instanceof CheckedOutput checked && checked.failure().isPresent();
    }

    /// Flushes the output and returns the exit code of a command that came to `code`. A command
    /// that succeeded but could not print its answer has failed. If the reader left early (`|
    /// head`), it ends as if by SIGPIPE, without a message.
    public int end(int code) {
        err.flush();
        if (!(out instanceof CheckedOutput checked) || checked.failure().isEmpty()) {
            return code;
        }
        boolean abandoned = checked.readerGone();
        if (!abandoned) {
            String why = checked.failure().get().getMessage();
            errLine("berth: cannot write the output: " + why);
        }
        if (code != ExitCode.DONE) {
            return code;
        }
        return abandoned ? ExitCode.SIGNALLED + SIGPIPE : ExitCode.FAILED;
    }
}
