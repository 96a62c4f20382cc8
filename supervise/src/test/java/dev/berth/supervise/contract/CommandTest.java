package dev.berth.supervise.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

class CommandTest {
    @Test
    void eachWorkerHasItsOwnArguments() {
        var command = new Command(List.of("serve", "--port=90{slot}1", "{slot}.{generation}"));
        assertThat(command.wordsFor(new WorkerId(3, 7)))
                .containsExactly("serve", "--port=9031", "3.7");
        assertThat(command).hasToString("serve --port=90{slot}1 {slot}.{generation}");
    }

    @Test
    void theSupervisorsJavaNeedNotBeOnThePath() {
        String java = new Command(List.of("{java}")).wordsFor(new WorkerId(0, 1)).getFirst();
        assertThat(Path.of(java))
                .isExecutable()
                .startsWith(Path.of(System.getProperty("java.home")));
    }
}
