package dev.berth.toml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tomlj.TomlTable;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

class TomlFieldsTest {
    private final TomlFields<IOException> fields = new TomlFields<>("x.toml", IOException::new);

    private TomlTable parse(String text) throws IOException {
        return fields.parse(text, "a file");
    }

    @Test
    void valuesAreReadWithTheirPositions() throws IOException {
        TomlTable table = parse("a = \"b\"\nc = [1, \"d\"]\n");
        assertThat(fields.text(table, "a")).contains("b");
        assertThat(fields.text(table, "z")).isEmpty();
        assertThat(
                        fields.list(table, "c").stream()
                                .map(item -> fields.place(item.place()) + " " + item.value())
                                .collect(Collectors.toList()))
                .containsExactly("x.toml:2:6 1", "x.toml:2:9 d");
        assertThat(fields.list(table, "a")).hasSize(1);
    }

    @Test
    void aValueOfTheWrongTypeIsReportedWhereItIs() throws IOException {
        TomlTable table = parse("\na = 5");
        assertThatThrownBy(() -> fields.text(table, "a"))
                .hasMessage("x.toml:2:1: a must be a string in quotes");
        assertThatThrownBy(() -> fields.converted(parse("a = \"5x\""), "a", Integer::parseInt))
                .hasMessageStartingWith("x.toml:1:1: a: ");
    }

    @Test
    void anUnknownKeyIsReportedWithTheHint() throws IOException {
        TomlTable table = parse("a = 1\nb = 2");
        assertThatThrownBy(
                        () -> fields.checkKeys(table, List.of("a"), "a file", key -> "not " + key))
                .hasMessage("x.toml:2:1: a file has no key b; not b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a = [", "a = { b = ", "[a", "a = 1 b", "a = {b = 1}}}"})
    void whatIsNotTomlIsReported(String text) {
        assertThatThrownBy(() -> parse(text)).hasMessageStartingWith("x.toml:1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a=", "a."})
    void deepNestingIsReportedInsteadOfExhaustingTheStack(String level) {
        assertThatThrownBy(() -> parse("a = " + level.repeat(100_000)))
                .hasMessageStartingWith("x.toml:1:")
                .hasMessageContaining("nested too deeply: a file needs at most");
    }

    @Test
    void aFileIsUtf8WithOrWithoutAByteOrderMark() throws IOException {
        assertThat(fields.text("\ufeffa".getBytes(UTF_8))).isEqualTo("a");
        assertThat(fields.text("ä".getBytes(UTF_8))).isEqualTo("ä");
        assertThatThrownBy(() -> fields.text("a\nbä".getBytes(ISO_8859_1)))
                .hasMessage("x.toml:2:2: this is not UTF-8");
    }
}
