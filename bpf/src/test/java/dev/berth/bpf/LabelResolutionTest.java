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

    private static final CbpfMachine.Memory NUMBERS =
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
            CbpfProgram program = classic(random);

            int byNumber = CbpfMachine.run(program.assemble(), NUMBERS);

            assertThat(byNumber)
                    .as("seed %d, program%n%s", seed, program)
                    .isEqualTo(follow(program));
        }
    }

    private static CbpfProgram classic(RandomGenerator random) {
        int blocks = random.nextInt(1, 60);
        List<Cbpf> lines = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            lines.add(new Label("block" + block));
            lines.add(new Cbpf.Load(Width.WORD, random.nextInt(1000)));
            if (block < blocks - 1) {
                lines.add(classicJump(random, block, blocks));
            }
            lines.add(new Cbpf.Return(block));
        }
        return new CbpfProgram(lines);
    }

    private static Cbpf classicJump(RandomGenerator random, int block, int blocks) {
        String first = "block" + random.nextInt(block + 1, blocks);
        String second = random.nextBoolean() ? Cbpf.NEXT : "block" + (blocks - 1);
        return random.nextInt(4) == 0
                ? new Cbpf.Jump(first)
                : new Cbpf.JumpIf(JumpCondition.ABOVE, random.nextInt(), first, second);
    }

    private static int follow(CbpfProgram program) {
        Map<String, Integer> labels = new HashMap<>();
        List<Cbpf> lines = program.lines();
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line) instanceof Label(String name)) {
                labels.put(name, line);
            }
        }
        int a = 0;
        for (int line = 0; ; line++) {
            switch (lines.get(line)) {
                case Cbpf.Load load -> a = NUMBERS.load(load.offset(), 4).orElseThrow();
                case Cbpf.Jump jump -> line = labels.get(jump.target());
                case Cbpf.JumpIf jump -> {
                    boolean met = Integer.compareUnsigned(a, jump.value()) > 0;
                    line = labels.getOrDefault(met ? jump.yes() : jump.no(), line);
                }
                case Cbpf.Return end -> {
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
        List<Ebpf> lines = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            lines.add(new Label("block" + block));
            lines.add(new Ebpf.StoreConstant(Width.WORD, Register.R10, -4, block));
            if (random.nextBoolean()) {
                lines.add(new Ebpf.LoadMap(Register.R1, "map"));
            }
            lines.add(new Ebpf.Jump("block" + random.nextInt(blocks)));
        }

        long[] code = new EbpfProgram(lines).assemble(Map.of("map", 5));

        List<String> targets =
                lines.stream()
                        .filter(Ebpf.Jump.class::isInstance)
                        .map(line -> ((Ebpf.Jump) line).target())
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
