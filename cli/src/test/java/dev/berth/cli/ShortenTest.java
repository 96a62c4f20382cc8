package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShortenTest {
    private static final String JAVA = "/opt/jdk/bin/java -cp " + "lib.jar:".repeat(100);

    @Test
    void theServerOfTheDemoIsNamedForWhatItIs() {
        assertThat(Shorten.command(JAVA + " dev.berth.cli.Whoami 8080", 60))
                .isEqualTo("the built-in server");
    }

    @Test
    void berthIsShownAsItWasTyped() {
        assertThat(Shorten.command(JAVA + " dev.berth.cli.Main run -p 80 -- cat", 60))
                .isEqualTo("berth run -p 80 -- cat");
    }

    @Test
    void othersThatMentionThemAreShownAsTheyAre() {
        assertThat(Shorten.command("grep dev.berth.cli.Whoami x", 60))
                .isEqualTo("grep dev.berth.cli.Whoami x");
    }

    @Test
    void anyOtherIsShortened() {
        assertThat(Shorten.command(JAVA + " app.Main 8080", 30)).isEqualTo("java … app.Main 8080");
    }
}
