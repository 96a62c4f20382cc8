package dev.berth.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Reads consecutive HTTP/1.x responses from a stream: with a length, chunked, or up to the end.
final class HttpAnswerReader {
    private static final int HEAD_LIMIT_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int end;
    private boolean begun;

    HttpAnswerReader(InputStream in) {
        this.in = in;
    }

    /// Whether any byte of the current, or last, response has arrived.
    boolean begun() {
        return begun;
    }

    /// Reads the next response.
    ///
    /// @throws EOFException if the stream ends before the response does
    /// @throws ProtocolException if the bytes are not an HTTP/1.x response
    HttpAnswer read() throws IOException {
        begun = false;
        String[] status = line().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new ProtocolException("not a status line: " + String.join(" ", status));
        }
        Map<String, String> fields = fields();
        String connection = fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean keeps =
                status[0].equals("HTTP/1.0")
                        ? connection.contains("keep-alive")
                        : !connection.contains("close");
        boolean delimited =
                fields.containsKey("content-length") || fields.containsKey("transfer-encoding");
        return new HttpAnswer(number(status[1], 10), body(fields), keeps && delimited);
    }

    private Map<String, String> fields() throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new ProtocolException("not a field: " + line);
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            fields.put(name, line.substring(colon + 1).strip());
        }
        return fields;
    }

    private String body(Map<String, String> fields) throws IOException {
        String length = fields.get("content-length");
        if (length != null) {
            return text(take(number(length, 10)));
        }
        return fields.containsKey("transfer-encoding") ? chunks() : rest();
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.append(text(take(size)));
            line();
        }
        while (!line().isEmpty()) {
            // Trailer fields carry nothing of interest here.
        }
        return body.toString();
    }

    private int chunkSize() throws IOException {
        return number(line().split(";", 2)[0].strip(), 16);
    }

    private String rest() throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (position < end || fill()) {
            bytes.write(buffer, position, end - position);
            position = end;
        }
        return text(bytes.toByteArray());
    }

    private byte[] take(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            need();
            int part = Math.min(length - done, end - position);
            System.arraycopy(buffer, position, bytes, done, part);
            position += part;
            done += part;
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            need();
            char next = (char) (buffer[position++] & 0xff);
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append(next);
            }
            if (line.length() > HEAD_LIMIT_BYTES) {
                throw new ProtocolException("a line without an end");
            }
        }
    }

    private void need() throws IOException {
        if (position == end && !fill()) {
            throw new EOFException("end of stream");
        }
    }

    private boolean fill() throws IOException {
        int count = in.read(buffer);
        position = 0;
        end = Math.max(count, 0);
        begun |= count > 0;
        return count > 0;
    }

    private static int number(String digits, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(digits, radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a number: " + digits);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
