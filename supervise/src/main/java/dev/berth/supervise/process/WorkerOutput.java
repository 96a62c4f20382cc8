package dev.berth.supervise.process;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The output of one worker: splits it into lines, passes them on, and remembers the last of them.
/// Bytes that are not UTF-8 become U+FFFD.
///
/// [#lastOutput] and [#ended] may be called from any thread, everything else by the [OutputPump]
/// only.
public final class WorkerOutput {
    /// Longer lines are passed on in pieces, of which only the first is remembered.
    private static final int LONGEST_LINE_BYTES = 64 * 1024;

    private final WorkerId worker;
    private final EventSink sink;
    private final LastOutput last = new LastOutput();
    private int open = 2;

    /// One of the two streams.
    final class Stream {
        private final Fd fd;
        private final boolean error;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final StackTraceLines frames = new StackTraceLines();
        private boolean continued;

        Stream(Fd fd, boolean error) {
            this.fd = fd;
            this.error = error;
        }

        Fd fd() {
            return fd;
        }

        /// Reads what is there; false at the end of the stream.
        boolean read(byte[] buffer) {
            long count = Descriptors.read(fd.number(), buffer, 0, buffer.length);
            if (count > 0) {
                split(buffer, (int) count);
            }
            return count != 0;
        }

        private void split(byte[] buffer, int count) {
            int start = 0;
            for (int i = 0; i < count; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, start, i - start);
                    flush(true);
                    start = i + 1;
                } else if (tooLong(line.size() + i - start, buffer[i])) {
                    line.write(buffer, start, i - start);
                    flush(false);
                    start = i;
                }
            }
            line.write(buffer, start, count - start);
        }

        /// Avoids cutting a character in two: all its bytes but the first are `10xxxxxx`, three at
        /// most.
        private static boolean tooLong(int bytes, byte next) {
            boolean within = (next & 0xC0) == 0x80;
            return bytes >= LONGEST_LINE_BYTES && (!within || bytes >= LONGEST_LINE_BYTES + 3);
        }

        /// Passes on the line read so far, or a piece of it.
        ///
        /// @param whole whether the line ends here
        private void flush(boolean whole) {
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            String plain = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            if (!continued) {
                last.add(plain, frames);
            }
            continued = !whole;
            sink.onOutput(worker, error, plain);
        }

        void end() {
            if (line.size() > 0) {
                flush(true);
            }
            fd.close();
            streamEnded();
        }
    }

    WorkerOutput(WorkerId worker, EventSink sink) {
        this.worker = worker;
        this.sink = sink;
    }

    private synchronized void streamEnded() {
        open--;
    }

    /// Whether both streams are at their end.
    public synchronized boolean ended() {
        return open == 0;
    }

    /// The end of its output, at most ten lines: the last ones, and those that name an error. They
    /// are safe for a terminal, without a line ending after the last.
    public String lastOutput() {
        return last.text();
    }
}
