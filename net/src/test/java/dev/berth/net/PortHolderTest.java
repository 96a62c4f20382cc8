package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.OptionalInt;

class PortHolderTest {
    @Test
    void aProcessIsNamedByPidAndCommand() {
        var nginx = new PortHolder(OptionalInt.of(12), "nginx", 33, Addresses.parse("0.0.0.0:80"));
        assertThat(nginx.who()).isEqualTo("pid 12 (nginx)");
        assertThat(nginx).hasToString("pid 12 (nginx) on 0.0.0.0:80");
    }

    @Test
    void withoutAProcessTheUidOfTheSocketIsNamed() {
        var unseen = new PortHolder(OptionalInt.empty(), "", 33, Addresses.parse("[::1]:80"));
        assertThat(unseen.who()).isEqualTo("a process with uid 33");
        assertThat(unseen).hasToString("a process with uid 33 on [::1]:80");
    }
}
