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

/// Where a command prints to. What cannot be printed shows in the exit code, by [#end].
///
/// @param window how many columns the window has that `out` is; empty when it is none. Asked only
///   when something is printed: that takes a system call, and the first is what costs
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
                new Outlet(new FileOutputStream(FileDescriptor.out), 1),
                new Outlet(new FileOutputStream(FileDescriptor.err), 2),
                () -> columns(environment),
                environment);
    }

    /// Of the window that `out` is; empty when it is none, so that lines may be long.
    public OptionalInt columns() {
        return window.get();
    }

    /// For prose, which may be read elsewhere than where it is printed to: of the window, else what
    /// `COLUMNS` says.
    public OptionalInt pageColumns() {
        OptionalInt columns = columns();
        return columns.isPresent() ? columns : wanted(environment);
    }

    /// Whether `out` may be coloured.
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

    /// Prints a line of the answer. Of what a terminal obeys only colours get there, whoever wrote
    /// the text.
    public void line(String text) {
        out.print(ForeignText.coloured(text) + "\n");
        out.flush();
    }

    /// Prints a line that is no part of the answer, after what was printed before, like [#line].
    public void errLine(String text) {
        out.flush();
        err.print(ForeignText.coloured(text) + "\n");
        err.flush();
    }

    /// Has all that was printed shown.
    public void flush() {
        out.flush();
        err.flush();
    }

    /// Whether what was printed did not arrive, and more would not.
    public boolean lost() {
        return out instanceof Outlet outlet && outlet.failure().isPresent();
    }

    /// Prints what is left; the exit code of a command that came to `code`. A command that was done
    /// but could not say so has failed; where nobody read to the end (`| head`) it ends as if by
    /// SIGPIPE, without a word.
    public int end(int code) {
        err.flush();
        if (!(out instanceof Outlet outlet) || outlet.failure().isEmpty()) {
            return code;
        }
        boolean abandoned = outlet.abandoned();
        if (!abandoned) {
            String why = outlet.failure().get().getMessage();
            errLine("berth: the output cannot be written: " + why);
        }
        if (code != ExitCode.DONE) {
            return code;
        }
        return abandoned ? ExitCode.SIGNALLED + SIGPIPE : ExitCode.FAILED;
    }
}
