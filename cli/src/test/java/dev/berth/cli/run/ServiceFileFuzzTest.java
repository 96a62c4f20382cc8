package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.UsageException;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any file is either a valid service file, or has an error with a position.
class ServiceFileFuzzTest {
    @Test
    void anyBytesAreServicesOrAnErrorWithAPosition() throws Exception {
        Fuzz.ofTexts(
                        "TOML",
                        "listen = 443\nservice.a = { command = [\"x\"], default = true }",
                        "listen = [\"[::1]:80\", 81]\n[service.b]\ncommand = 'y'\ndefault = true",
                        "name = \"n\" # c\nproxy-protocol = \"off\"",
                        "[service.c]\nroutes = [{ sni = \"*.a\", alpn = 'h2' }]\nworkers = 0x2")
                .check(ServiceFileFuzzTest::check);
    }

    private static void check(byte[] input) {
        try {
            assertThat(ServiceFileReader.read("a.toml", input).services()).isNotEmpty();
        } catch (UsageException wrong) {
            assertThat(wrong.getMessage()).matches("(?s)a\\.toml:[0-9]+:[0-9]+: .+");
        }
    }

    @Test
    void aFailureOfTheParserIsAUsageErrorAndNotABug() {
        String text = "[service.c]\nroutes = [{ sni = \"*.a\", ]\n[service.b]\nworkers = 2";
        assertThatThrownBy(() -> ServiceFileReader.read("a.toml", text.getBytes(UTF_8)))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("a.toml:1:1: a list or table in this file is not closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a=", "[[", "[{a=[", "{a={a=1},b="})
    void tooDeepNestingIsReportedWithItsPosition(String opening) {
        String text = "listen = " + opening.repeat(200_000);
        assertThatThrownBy(() -> ServiceFileReader.read("a.toml", text.getBytes(UTF_8)))
                .isInstanceOf(UsageException.class)
                .hasMessageMatching("a.toml:1:[0-9]{2,3}: nested too deeply: .*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.", "'a'.", "\"a\" . "})
    void aKeyWithTooManyPartsIsReportedWithItsPosition(String part) {
        String text = part.repeat(200_000) + "b = 1";
        assertThatThrownBy(() -> ServiceFileReader.read("a.toml", text.getBytes(UTF_8)))
                .isInstanceOf(UsageException.class)
                .hasMessageMatching("a.toml:1:[0-9]{2,3}: nested too deeply: .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"",
                "'{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{'",
                "\"\"\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"\"\"",
                "'' # [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                "'a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j'"
            })
    void bracketsInStringsAndCommentsDoNotCountAsNesting(String value) throws UsageException {
        String text =
                "listen = 80\n[service.a]\ndefault = true\ncommand = [\"x\", " + value + "\n]\n";
        assertThat(ServiceFileReader.read("a.toml", text.getBytes(UTF_8)).services()).hasSize(1);
    }
}
