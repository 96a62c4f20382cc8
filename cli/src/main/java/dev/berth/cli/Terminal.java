package dev.berth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Platform;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.OptionalInt;

/// Where a command prints to. A reader that went away is no error: the rest is dropped.
///
/// @param colour whether `out` may be coloured
/// @param columns of the window that `out` is; empty when it is none, so that lines may be long
record Terminal(
        PrintStream out,
        PrintStream err,
        boolean colour,
        OptionalInt columns,
        Map<String, String> environment) {
    private static final long TIOCGWINSZ = 0x5413;

    /// The standard streams, where nothing is printed that depends on what they are.
    static Terminal plain() {
        return new Terminal(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                false,
                OptionalInt.empty(),
                System.getenv());
    }

    /// The standard streams. To know the window takes a system call: the first is what costs.
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        OptionalInt columns = Platform.supported() ? columns(environment) : OptionalInt.empty();
        boolean colour =
                columns.isPresent()
                        && environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                colour,
                columns,
                environment);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, UTF_8);
    }

    private static OptionalInt columns(Map<String, String> environment) {
        byte[] size = new byte[8];
        if (Descriptors.ioctl(1, TIOCGWINSZ, size) < 0) {
            return OptionalInt.empty();
        }
        int columns = ByteBuffer.wrap(size).order(ByteOrder.nativeOrder()).getShort(2);
        String wanted = environment.getOrDefault("COLUMNS", "");
        if (wanted.matches("[1-9][0-9]{0,3}")) {
            return OptionalInt.of(Integer.parseInt(wanted));
        }
        return OptionalInt.of(columns > 0 ? columns : 80);
    }

    void line(String text) {
        out.print(text + "\n");
        out.flush();
    }

    void errLine(String text) {
        out.flush();
        err.print(text + "\n");
        err.flush();
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
