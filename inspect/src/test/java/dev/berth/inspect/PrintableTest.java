package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Optional;

class PrintableTest {
    private static final String JAVA = "/opt/jdk/bin/java -cp " + "lib.jar:".repeat(100);

    @Test
    void theDemoServerIsNamedAsSuch() {
        assertThat(Printable.command(JAVA + " dev.berth.cli.demo.Whoami 8080", 60))
                .isEqualTo("the built-in server");
    }

    @Test
    void berthIsShownAsItWasTyped() {
        assertThat(Printable.command(JAVA + " dev.berth.cli.Main run -p 80 -- cat", 60))
                .isEqualTo("berth run -p 80 -- cat");
    }

    @Test
    void othersThatMentionThemAreShownAsTheyAre() {
        assertThat(Printable.command("grep dev.berth.cli.demo.Whoami x", 60))
                .isEqualTo("grep dev.berth.cli.demo.Whoami x");
    }

    @Test
    void aCommandThatOnlyMentionsBerthIsNoSupervisor() {
        assertThat(owner("/opt/jdk/bin/java -cp x dev.berth.cli.Main run -p 80").supervisor())
                .isTrue();
        assertThat(owner("python3 -m http.server dev.berth.cli.Main x").supervisor()).isFalse();
    }

    private static Owner owner(String command) {
        return new Owner(
                new OwnerProcess(1, command, "root", Optional.empty(), Optional.empty()), 3);
    }

    @Test
    void whatControlsATerminalIsReplaced() {
        assertThat(Printable.command("a\u001b[2J\nb\u202ec \n", 60)).isEqualTo("a?[2J?b?c ?");
    }

    @Test
    void anyOtherIsShortened() {
        assertThat(Printable.command(JAVA + " app.Main 8080", 30))
                .isEqualTo("java … app.Main 8080");
    }
}
