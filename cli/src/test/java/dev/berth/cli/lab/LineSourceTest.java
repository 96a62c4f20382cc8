package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

final class LineSourceTest {
    private static List<String> lines(String text) throws IOException {
        List<String> lines = new ArrayList<>();
        try (var source = new LineSource(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
            for (Optional<String> line = source.next(); line.isPresent(); line = source.next()) {
                lines.add(line.get());
            }
        }
        return lines;
    }

    @Test
    void linesEndWithLfOrCrLfOrTheEndOfTheText() throws IOException {
        assertThat(lines("a\r\n\nb\rc\nd")).containsExactly("a", "", "b\rc", "d");
        assertThat(lines("")).isEmpty();
        assertThat(lines("\n")).containsExactly("");
    }

    @Test
    void byteOrderMarkAtTheBeginningIsSkipped() throws IOException {
        assertThat(lines("\ufeffa\n\ufeffb")).containsExactly("a", "\ufeffb");
        assertThat(lines("\ufeff")).isEmpty();
    }

    @Test
    void overlongLineIsCutOffAndTheNextIsWhole() throws IOException {
        List<String> lines = lines("x".repeat(3 * LineSource.MOST) + "\nnext\n");
        assertThat(lines).hasSize(2).endsWith("next");
        assertThat(lines.getFirst()).hasSize(LineSource.MOST + 1);
    }
}
