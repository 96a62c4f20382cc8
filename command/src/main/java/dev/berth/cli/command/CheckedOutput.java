package dev.berth.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Platform;
import dev.berth.sys.Poll;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/// A standard stream that remembers why a write failed; a plain PrintStream only knows that one
/// did.
final class CheckedOutput extends PrintStream {
    private final Sink sink;
    private final int number;

    /// @param number the descriptor number of `stream`
    CheckedOutput(FileOutputStream stream, int number) {
        this(new Sink(stream), number);
    }

    private CheckedOutput(Sink sink, int number) {
        super(new BufferedOutputStream(sink), false, UTF_8);
        this.sink = sink;
        this.number = number;
    }

    /// Why some of the output so far could not be written; empty if all of it was.
    Optional<IOException> failure() {
        flush();
        return Optional.ofNullable(sink.failure);
    }

    /// Whether there is no reader any more: the other end of a pipe is closed, or the terminal is
    /// gone.
    boolean readerGone() {
        int events = Platform.supported() ? Poll.poll(number, Poll.POLLOUT, 0) : 0;
        return events > 0 && (events & (Poll.POLLERR | Poll.POLLHUP)) != 0;
    }

    private static final class Sink extends FilterOutputStream {
        private volatile @Nullable IOException failure;

        Sink(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException failed) {
                failure = failed;
                throw failed;
            }
        }
    }
}
