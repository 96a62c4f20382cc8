package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShortenTest {
    @Test
    void whatFitsIsKept() {
        assertThat(Shorten.command("/usr/bin/nginx -g x", 80)).isEqualTo("nginx -g x");
    }

    @Test
    void theEndTellsOneFromAnother() {
        String line = "/opt/jdk/bin/java -cp " + "lib.jar:".repeat(100) + " app.Main 8080";
        assertThat(Shorten.command(line, 30))
                .startsWith("java … ")
                .endsWith("app.Main 8080")
                .hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void aLongWordIsCut() {
        assertThat(Shorten.command("x".repeat(99), 20)).hasSize(20).endsWith("…");
    }
}
