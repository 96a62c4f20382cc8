package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.Optional;

/// The lines of a UTF-8 text. An overlong line is cut off, so that it does not take more memory
/// than others. A byte order mark at the beginning is not part of the text.
///
/// **Ownership:** [#close()] closes the stream.
final class LineSource implements AutoCloseable {
    /// A line that was cut off has one more character.
    static final int MOST = 1 << 18;

    private static final int MARK = 0xfeff;

    private final Reader in;
    private final char[] buffer = new char[8192];
    private int next;
    private int end;
    private boolean begun;

    LineSource(InputStream in) {
        this.in = new InputStreamReader(in, UTF_8);
    }

    /// The next line, without its line end (LF or CR LF); empty at the end of the text.
    Optional<String> next() throws IOException {
        int first = read();
        if (!begun && first == MARK) {
            first = read();
        }
        begun = true;
        if (first < 0) {
            return Optional.empty();
        }
        var line = new StringBuilder();
        for (int c = first; c >= 0 && c != '\n'; c = read()) {
            if (line.length() <= MOST) {
                line.append((char) c);
            }
        }
        int last = line.length() - 1;
        if (last >= 0 && line.charAt(last) == '\r') {
            line.setLength(last);
        }
        return Optional.of(line.toString());
    }

    /// Reads one character, -1 at the end, without the lock that a BufferedReader takes each time.
    private int read() throws IOException {
        if (next == end) {
            next = 0;
            end = Math.max(0, in.read(buffer));
        }
        return next == end ? -1 : buffer[next++];
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
