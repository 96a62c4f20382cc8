package dev.berth.supervise.control;

import dev.berth.sys.Fd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads whole answers.
final class Frames {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST = 1 << 16;

    private Frames() {}

    /// All frames until the server closes the connection: a line for each, with the letter of the
    /// kind and the text.
    static String all(Fd client) {
        List<String> lines = new ArrayList<>();
        try {
            while (true) {
                ControlFrame frame =
                        ControlFrame.receive(client.number(), MOST, Optional.of(PATIENCE));
                lines.add((char) frame.encode()[4] + frame.text());
            }
        } catch (IOException over) {
            return String.join("\n", lines);
        }
    }
}
