package dev.berth.supervise;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Asks a supervisor through its control socket.
public final class ControlClient {
    /// How long a supervisor may take to notice us; what it then does may take any time.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private ControlClient() {}

    /// Sends a command and copies the lines of the answer until it is complete; the exit code.
    ///
    /// @param words the verb and what follows it
    /// @throws ErrnoException `ENOENT`: there is no such supervisor; `ECONNREFUSED`: it ended and
    ///   left its socket behind; `EACCES`: it is another user's
    /// @throws java.io.EOFException if it ended before the answer was complete
    /// @throws SocketTimeoutException if it does not react at all
    public static int call(
            Path socket, List<String> words, Consumer<String> out, Consumer<String> err)
            throws IOException {
        try (Fd fd = ControlPath.connect(socket, PATIENCE.toNanos())) {
            send(fd.number(), words);
            Optional<Duration> patience = Optional.of(PATIENCE);
            while (true) {
                ControlFrame frame =
                        ControlFrame.receive(fd.number(), ControlFrame.MOST_BYTES, patience);
                patience = Optional.empty();
                switch (frame.kind()) {
                    case OUT -> out.accept(frame.text());
                    case ERR -> err.accept(frame.text());
                    case EXIT -> {
                        return exitCode(frame.text());
                    }
                    case ALIVE, COMMAND -> {}
                }
            }
        }
    }

    /// A server that refuses us does so without reading, and the refusal can be read all the same.
    private static void send(int fd, List<String> words) throws IOException {
        try {
            ControlFrame.command(words).send(fd);
        } catch (ErrnoException failed) {
            if (!failed.is(Errno.EPIPE)) {
                throw failed;
            }
        }
    }

    /// The process that listens at a control socket; empty if nobody does.
    ///
    /// @throws ErrnoException when that cannot be known, as `EACCES`
    public static OptionalInt listener(Path socket) throws ErrnoException {
        try (Fd fd = ControlPath.connect(socket, PATIENCE.toNanos())) {
            return OptionalInt.of(Sockets.peerCredentials(fd.number()).pid());
        } catch (ErrnoException failed) {
            if (failed.is(Errno.ECONNREFUSED) || failed.is(Errno.ENOENT)) {
                return OptionalInt.empty();
            }
            throw failed;
        }
    }

    private static int exitCode(String text) throws IOException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException wrong) {
            throw new IOException("not an exit code: " + text, wrong);
        }
    }
}
