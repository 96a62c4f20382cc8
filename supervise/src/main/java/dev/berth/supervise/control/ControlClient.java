package dev.berth.supervise.control;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.PeerCredentials;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Sends commands to a supervisor through its control socket.
public final class ControlClient {
    /// How long a supervisor may take to react; what it does after that may take any time.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Receives the answer to a command.
    public interface Caller {
        /// The supervisor carries the command out, from now on even if this process exits.
        void accepted();

        /// A line for standard output.
        void out(String line);

        /// A line for standard error.
        void err(String line);
    }

    private ControlClient() {}

    /// Sends a command and copies the lines of the answer until it is complete.
    ///
    /// @param words the verb and its arguments
    /// @return the exit code
    /// @throws ErrnoException `ENOENT`: there is no such supervisor; `ECONNREFUSED`: it ended and
    ///   left its socket behind; `EACCES`: it is another user's; `EPERM`: the listener is neither
    ///   this user nor root, and was sent nothing; `EAGAIN`: it accepts no connection, and too many
    ///   are queued already
    /// @throws java.io.EOFException it ended before the answer was complete
    /// @throws UnansweredException it did not react within 5 s; it will not carry the command out
    ///   later either
    public static int call(Path socket, List<String> words, Caller caller) throws IOException {
        try (Fd fd = connect(socket)) {
            ControlFrame frame = greeted(fd.number(), words);
            while (frame.kind() != ControlFrame.Kind.EXIT) {
                switch (frame.kind()) {
                    case ALIVE -> caller.accepted();
                    case OUT -> caller.out(frame.text());
                    case ERR -> caller.err(frame.text());
                    case EXIT, COMMAND -> {}
                }
                frame = receive(fd.number(), Optional.empty());
            }
            return exitCode(frame.text());
        }
    }

    /// Connects only to a listener of this user or root: any other gets nothing, not even the
    /// command.
    private static Fd connect(Path socket) throws ErrnoException {
        Fd fd = UnixSocketPath.connect(socket, PATIENCE.toNanos());
        try {
            PeerCredentials peer = Sockets.peerCredentials(fd.number());
            if (!ControlServer.mayAsk(peer.uid(), Processes.geteuid())) {
                throw new ErrnoException(
                        "trust",
                        "the listener at %s (pid %d, uid %d)"
                                .formatted(socket, peer.pid(), peer.uid()),
                        Errno.EPERM.number());
            }
            return fd;
        } catch (ErrnoException failed) {
            fd.close();
            throw failed;
        }
    }

    /// Returns the first frame of the answer.
    private static ControlFrame greeted(int fd, List<String> words) throws IOException {
        try {
            send(fd, words);
            return receive(fd, Optional.of(PATIENCE));
        } catch (SocketTimeoutException late) {
            throw new UnresponsiveException(Sockets.peerCredentials(fd).pid(), PATIENCE);
        }
    }

    private static ControlFrame receive(int fd, Optional<Duration> patience) throws IOException {
        return ControlFrame.receive(fd, ControlFrame.MOST_BYTES, patience);
    }

    /// A server that refuses this client does so without reading; the refusal can still be read.
    private static void send(int fd, List<String> words) throws IOException {
        try {
            ControlFrame.command(words).send(fd);
        } catch (ErrnoException failed) {
            if (!failed.is(Errno.EPIPE)) {
                throw failed;
            }
        }
    }

    /// The process that listens at a control socket; empty if there is none.
    ///
    /// @throws ErrnoException it cannot be known, for example `EACCES`
    public static OptionalInt listener(Path socket) throws ErrnoException {
        try (Fd fd = connect(socket)) {
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
