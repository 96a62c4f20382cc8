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
import java.util.Optional;
import java.util.OptionalInt;

/// Sends commands to a supervisor through its control socket.
public final class ControlClient {
    /// How long a supervisor may take to react; what it does after that may take any time.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Receives the answer to a command.
    public interface Caller extends ControlServer.Answer {
        /// The supervisor carries the command out, from now on even if this process exits.
        void accepted();
    }

    private ControlClient() {}

    /// Sends a request and passes the answer on as it arrives.
    ///
    /// @return how it ended
    /// @throws ErrnoException `ENOENT`: there is no such supervisor; `ECONNREFUSED`: it ended and
    ///   left its socket behind; `EACCES`: it is another user's; `EPERM`: the listener is neither
    ///   this user nor root, and was sent nothing; `EAGAIN`: it accepts no connection, and too many
    ///   are queued already
    /// @throws java.io.EOFException it ended, or hung up, before the answer was complete
    /// @throws ProtocolMismatchException it speaks another version of the protocol, and did nothing
    /// @throws UnansweredException it did not react within 5 s; it will not carry the command out
    ///   later either
    public static ControlResult call(Path socket, ControlRequest request, Caller caller)
            throws IOException {
        ControlFrame frame = ControlFrame.request(request);
        if (frame.bytes() > ControlFrame.MOST_BYTES) {
            throw new IOException(
                    "the command is too long: %d bytes, of at most %d"
                            .formatted(frame.bytes(), ControlFrame.MOST_BYTES));
        }
        try (Fd fd = connect(socket)) {
            return answer(fd.number(), greeted(fd.number(), frame), caller);
        }
    }

    private static ControlResult answer(int fd, ControlFrame first, Caller caller)
            throws IOException {
        String refusal = "";
        for (ControlFrame frame = first; ; frame = receive(fd, Optional.empty())) {
            switch (frame.kind()) {
                case ACCEPTED -> {
                    check(fd, ControlProtocol.named(frame.text()));
                    caller.accepted();
                }
                case ALIVE -> check(fd, ControlProtocol.OF_WORDS);
                case LINE -> caller.line(frame.text());
                case DATA -> caller.data(frame.text());
                case REFUSED -> refusal = frame.text();
                case EXIT -> {
                    return ControlResult.refused(exitCode(frame.text()), refusal);
                }
                case RESULT -> {
                    return ControlResultJson.read(frame.text());
                }
                case REQUEST -> throw new IOException("not an answer: " + frame.text());
            }
        }
    }

    private static void check(int fd, int theirs) throws IOException {
        if (theirs != ControlProtocol.VERSION) {
            throw new ProtocolMismatchException(Sockets.peerCredentials(fd).pid(), theirs);
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
    private static ControlFrame greeted(int fd, ControlFrame request) throws IOException {
        try {
            send(fd, request);
            return receive(fd, Optional.of(PATIENCE));
        } catch (SocketTimeoutException late) {
            throw new UnresponsiveException(Sockets.peerCredentials(fd).pid(), PATIENCE);
        }
    }

    private static ControlFrame receive(int fd, Optional<Duration> patience) throws IOException {
        return ControlFrame.receive(fd, ControlFrame.MOST_BYTES, patience);
    }

    /// A server that refuses this client does so without reading; the refusal can still be read.
    private static void send(int fd, ControlFrame request) throws IOException {
        try {
            request.send(fd);
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
