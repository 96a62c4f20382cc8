package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTextTest {
    @Test
    void aLineThatFitsIsKeptWithoutTheDirectory() {
        assertThat(CommandText.shortened("/usr/bin/nginx -g x", 80)).isEqualTo("nginx -g x");
    }

    @Test
    void theEndOfALongLineIsKept() {
        String line = "/opt/jdk/bin/java -cp " + "lib.jar:".repeat(100) + " app.Main 8080";
        assertThat(CommandText.shortened(line, 30)).isEqualTo("java … app.Main 8080");
    }

    @ParameterizedTest
    @CsvSource({
        "26, sh -c cat | grep rep -i -E",
        "25, sh … cat | grep rep -i -E",
        "24, sh … | grep rep -i -E",
        "20, sh … grep rep -i -E"
    })
    void noWordIsCut(int most, String text) {
        assertThat(CommandText.shortened("/bin/sh -c cat | grep rep -i -E", most)).isEqualTo(text);
    }

    @Test
    void aLastWordThatDoesNotFitIsLeftOutAndTheProgramStays() {
        assertThat(CommandText.shortened("java " + "x".repeat(99), 20)).isEqualTo("java …");
    }

    @Test
    void aProgramNameThatDoesNotFitIsCut() {
        assertThat(CommandText.shortened("x".repeat(99), 20)).hasSize(20).endsWith("…");
        assertThat(CommandText.shortened("x".repeat(19) + " y", 20)).hasSize(20).endsWith("…");
    }

    @Test
    void anEmptyLineStaysEmpty() {
        assertThat(CommandText.shortened("", 20)).isEmpty();
    }
}
