package dev.berth.examples.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Locale;

/// HTTP/1.1, as far as `GET /` goes: each answer is the pid of this process.
final class HttpConversation {
    private static final String BODY = "pid=" + ProcessHandle.current().pid() + "\n";

    private HttpConversation() {}

    /// Answers until the client wants no more.
    static void hold(Socket client) throws IOException {
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
        OutputStream out = client.getOutputStream();
        boolean more = true;
        while (more && in.readLine() != null) {
            more = !wantsEnd(in);
            out.write(answer(more));
            out.flush();
        }
    }

    private static boolean wantsEnd(BufferedReader in) throws IOException {
        boolean end = false;
        String line = in.readLine();
        while (line != null && !line.isEmpty()) {
            end |= line.toLowerCase(Locale.ROOT).matches("connection:\\s*close");
            line = in.readLine();
        }
        return end;
    }

    private static byte[] answer(boolean more) {
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                        + BODY.length()
                        + (more ? "" : "\r\nConnection: close");
        return (head + "\r\n\r\n" + BODY).getBytes(US_ASCII);
    }
}
