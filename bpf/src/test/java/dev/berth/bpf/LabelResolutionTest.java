package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// Follows the jumps of random programs twice: by name through the lines, and by number through the
/// machine code.
class LabelResolutionTest {

    private static final ClassicMachine.Memory NUMBERS =
            (offset, _) -> OptionalInt.of(offset * 0x9e3779b1);

    static long[] seeds() {
        return SeededRandom.create("labels").longs(40).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("classic machine code jumps where its labels say")
    void classicMachineCodeJumpsWhereItsLabelsSay(long seed) {
        RandomGenerator random = SeededRandom.of(seed);
        for (int round = 0; round < 50; round++) {
            ClassicProgram program = classic(random);

            int byNumber = ClassicMachine.run(program.assemble(), NUMBERS);

            assertThat(byNumber)
                    .as("seed %d, program%n%s", seed, program)
                    .isEqualTo(follow(program));
        }
    }

    private static ClassicProgram classic(RandomGenerator random) {
        int blocks = random.nextInt(1, 60);
        List<Classic> lines = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            lines.add(new Label("block" + block));
            lines.add(new Classic.Load(Width.WORD, random.nextInt(1000)));
            if (block < blocks - 1) {
                lines.add(classicJump(random, block, blocks));
            }
            lines.add(new Classic.Return(block));
        }
        return new ClassicProgram(lines);
    }

    private static Classic classicJump(RandomGenerator random, int block, int blocks) {
        String first = "block" + random.nextInt(block + 1, blocks);
        String second = random.nextBoolean() ? Classic.NEXT : "block" + (blocks - 1);
        return random.nextInt(4) == 0
                ? new Classic.Jump(first)
                : new Classic.JumpIf(Condition.ABOVE, random.nextInt(), first, second);
    }

    private static int follow(ClassicProgram program) {
        Map<String, Integer> labels = new HashMap<>();
        List<Classic> lines = program.lines();
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line) instanceof Label(String name)) {
                labels.put(name, line);
            }
        }
        int a = 0;
        for (int line = 0; ; line++) {
            switch (lines.get(line)) {
                case Classic.Load load -> a = NUMBERS.load(load.offset(), 4).orElseThrow();
                case Classic.Jump jump -> line = labels.get(jump.target());
                case Classic.JumpIf jump -> {
                    boolean met = Integer.compareUnsigned(a, jump.value()) > 0;
                    line = labels.getOrDefault(met ? jump.yes() : jump.no(), line);
                }
                case Classic.Return end -> {
                    return end.value();
                }
                default -> assertThat(lines.get(line)).isInstanceOf(Label.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("extended jumps land on the instruction after their label, forwards and back")
    void extendedJumpsLandOnTheInstructionAfterTheirLabel(long seed) {
        RandomGenerator random = SeededRandom.of(seed);
        int blocks = random.nextInt(1, 300);
        List<Extended> lines = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            lines.add(new Label("block" + block));
            lines.add(new Extended.StoreConstant(Width.WORD, Register.R10, -4, block));
            if (random.nextBoolean()) {
                lines.add(new Extended.LoadMap(Register.R1, "map"));
            }
            lines.add(new Extended.Jump("block" + random.nextInt(blocks)));
        }

        long[] code = new ExtendedProgram(lines).assemble(Map.of("map", 5));

        List<String> targets =
                lines.stream()
                        .filter(Extended.Jump.class::isInstance)
                        .map(line -> ((Extended.Jump) line).target())
                        .toList();
        assertThat(targetsIn(code)).as("seed %d", seed).isEqualTo(targets);
    }

    private static List<String> targetsIn(long[] code) {
        List<String> targets = new ArrayList<>();
        for (int at = 0; at < code.length; at++) {
            if ((code[at] & 0xff) == 0x05) {
                long landing = code[at + 1 + (short) (code[at] >>> 16)];
                targets.add((landing & 0xff) == 0x62 ? "block" + (landing >>> 32) : "nowhere");
            }
        }
        return targets;
    }
}
