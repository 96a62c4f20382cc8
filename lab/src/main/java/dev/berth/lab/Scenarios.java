package dev.berth.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Loads scenarios.
public final class Scenarios {
    private static final String INDEX = "scenarios/index.txt";
    private static final int MOST_BYTES = 1 << 20;

    private Scenarios() {}

    /// The scenarios that come with Berth, in the order of the index.
    public static List<Scenario> shipped() {
        try {
            return resource(INDEX)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(Scenarios::shipped)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Scenario shipped(String name) {
        String file = name + ".toml";
        try {
            return ScenarioReader.read(file, resource("scenarios/" + file));
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    /// Reads a scenario from a file.
    ///
    /// @throws ScenarioException with a message that says where it is wrong, and what would be
    ///   right
    /// @throws IOException if there is no such file
    public static Scenario read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new ScenarioException(file + ": too long for a scenario: over 1 MiB");
            }
            return ScenarioReader.read(file.toString(), text(file, bytes));
        }
    }

    private static String text(Path file, byte[] bytes) throws ScenarioException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException foreign) {
            throw new ScenarioException(file + ": not a text: it is not UTF-8");
        }
    }

    static String resource(String name) throws IOException {
        try (InputStream in = Scenarios.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("there is no resource " + name);
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
