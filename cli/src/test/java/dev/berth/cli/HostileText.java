package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;

/// Text that a malicious program may choose, to harm a user who reads it on a terminal.
public final class HostileText {
    private static final int MEGABYTE = 1 << 20;

    private HostileText() {}

    /// One of each kind: a title and a cleared screen, control characters of both sets, marks that
    /// change the writing direction, all sorts of line ends, invisible characters, half a
    /// character, and a line of 1 MB.
    public static List<String> samples() {
        return List.of(
                "\u001b]0;PWNED\u0007\u001b[2J\u001b[31;1mred",
                "\u0000\u0007\b\r\u009b2J\u0085",
                "safe\u202egnp.exe\u2066\u200f",
                "one\ntwo\r\nberth: all is well\u2028\u2029\u000b\f",
                "\ufeff\u200b\u00ad\ue000",
                "half \ud800 a character",
                "x".repeat(MEGABYTE));
    }

    /// Checks that `printed` has no terminal sequences except line ends and Berth's own colours.
    public static void assertHarmless(String printed) {
        String plain = printed.replaceAll("\u001b\\[[0-9]{0,2}m", "").replace("\n", "");
        assertThat(plain.codePoints().filter(HostileText::harmful).boxed().toList())
                .as(() -> plain.substring(0, Math.min(2_000, plain.length())))
                .isEmpty();
        assertThat(printed).doesNotContain("\nberth: all is well").doesNotStartWith("berth: all");
    }

    private static boolean harmful(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    true;
            default -> false;
        };
    }

    /// Checks that `printed` is one line of ASCII JSON, which is safe for a terminal, and returns
    /// its contents.
    public static JsonNode assertJson(String printed) {
        assertThat(printed.strip()).matches("[ -~]+");
        return JsonMapper.shared().readTree(printed);
    }
}
