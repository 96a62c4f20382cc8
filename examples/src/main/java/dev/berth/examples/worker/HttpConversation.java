package dev.berth.examples.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Locale;

/// A minimal HTTP/1.1: the response to a request with a body (and its `Content-Length`) is that
/// body, and to any other request it is the pid of this process.
final class HttpConversation {
    private static final String PID = "pid=" + ProcessHandle.current().pid() + "\n";
    private static final int MOST_BODY_BYTES = 1 << 24;

    private HttpConversation() {}

    /// Answers until the client sends no more requests.
    static void hold(Socket client) throws IOException {
        hold(client, "");
    }

    /// @param more text that follows the pid
    static void hold(Socket client, String more) throws IOException {
        // One character is one byte, so that a body passes unchanged.
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
        OutputStream out = client.getOutputStream();
        boolean last = false;
        while (!last && in.readLine() != null) {
            Head head = Head.read(in);
            last = head.last();
            String body = head.length() > 0 ? body(in, head.length()) : PID + more;
            out.write(answer(body, last));
            out.flush();
        }
    }

    /// The relevant parts of a request's head.
    private record Head(int length, boolean last) {
        static Head read(BufferedReader in) throws IOException {
            int length = 0;
            boolean last = false;
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                String field = line.toLowerCase(Locale.ROOT);
                last |= field.matches("connection:\\s*close");
                if (field.matches("content-length:\\s*\\d{1,8}\\s*")) {
                    length = Integer.parseInt(field.substring(15).strip());
                }
                line = in.readLine();
            }
            return new Head(length, last);
        }
    }

    private static String body(BufferedReader in, int length) throws IOException {
        if (length > MOST_BODY_BYTES) {
            throw new IOException("too much");
        }
        char[] body = new char[length];
        int read = 0;
        while (read < length) {
            int count = in.read(body, read, length - read);
            if (count < 0) {
                throw new IOException("the client went away");
            }
            read += count;
        }
        return new String(body);
    }

    private static byte[] answer(String body, boolean last) {
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                        + body.length()
                        + (last ? "\r\nConnection: close" : "");
        return (head + "\r\n\r\n" + body).getBytes(ISO_8859_1);
    }
}
