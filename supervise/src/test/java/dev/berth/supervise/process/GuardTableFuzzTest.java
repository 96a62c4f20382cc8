package dev.berth.supervise.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.testkit.Fuzz;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The guard's awk ends the processes that [GuardTable] expects, whatever is in /proc.
///
/// One awk reads a batch of tables. Its program is the guard's own, with two differences: the text
/// of a process comes from the input instead of /proc, and "over" ends a table.
@ExtendWith(LeakCheck.class)
@RequiresProgram("awk")
class GuardTableFuzzTest {
    private static final int BATCH = 5_000;
    private static final int EXAMPLES = 64;
    private static final int BYTES = 48;

    private static final String FROM_PROC =
            "while ((getline line < file) > 0) text = text line \" \"\n    close(file)";
    private static final String MORE_RULES =
            """

            $1 == "stat" { stat[$2] = substr($0, length($1 $2) + 3) }
            $1 == "over" {
                split("", stat); split("", doomed); split("", member); split("", of)
                split("", children); split("", members); split("", found); split("", queue)
                last = 0; all = 0
            }
            """;

    @TempDir Path folder;
    private final List<GuardTable> batch = new ArrayList<>();

    @Test
    void processesToEndAreFoundInAnyTable() throws Exception {
        Path program = Files.writeString(folder.resolve("program"), program(), ISO_8859_1);
        Fuzz.of("the guard's table", examples())
                .check(
                        input -> {
                            batch.add(new GuardTable(input));
                            if (batch.size() == BATCH) {
                                compare(program);
                            }
                        });
        compare(program);
    }

    private static List<byte[]> examples() {
        SeededRandom random = SeededRandom.create("tables");
        List<byte[]> examples = new ArrayList<>();
        for (int i = 0; i < EXAMPLES; i++) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            examples.add(bytes);
        }
        return examples;
    }

    private void compare(Path program) throws IOException, InterruptedException {
        Path input = folder.resolve("tables");
        Files.write(input, batch.stream().map(GuardTable::text).toList(), ISO_8859_1);
        Process awk =
                new ProcessBuilder("awk", "-f", program.toString())
                        .redirectInput(input.toFile())
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader answers = awk.inputReader(ISO_8859_1)) {
            for (GuardTable table : batch) {
                Set<String> answer = answer(answers);
                if (!answer.equals(table.doomed())) {
                    throw new AssertionError(
                            "%s instead of %s:%n%s"
                                    .formatted(answer, table.doomed(), table.text()));
                }
            }
            Fuzz.require(answers.readLine() == null, "more answers than tables");
        }
        Fuzz.require(awk.waitFor() == 0, "awk failed");
        batch.clear();
    }

    private static Set<String> answer(BufferedReader answers) throws IOException {
        Set<String> ids = new TreeSet<>();
        for (String line = answers.readLine(); !"end".equals(line); line = answers.readLine()) {
            Fuzz.require(line != null, "awk ended early: " + ids);
            Fuzz.require(ids.add(line), "twice: " + line);
        }
        return ids;
    }

    private static String program() throws IOException {
        String script = new String(CrashGuard.script(), ISO_8859_1);
        String begin = "program='";
        int from = script.indexOf(begin) + begin.length();
        String program = script.substring(from, script.indexOf("}'", from) + 1);
        program = replaced(program, FROM_PROC, "text = stat[file]");
        return replaced(program, "END {", "$1 == \"over\" {") + MORE_RULES;
    }

    private static String replaced(String program, String text, String by) {
        Fuzz.require(program.contains(text), "the guard's program has no longer: " + text);
        return program.replace(text, by);
    }
}
