package dev.berth.bpf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The position of each label of a program in slots, and the distance of a jump to it.
final class Layout {

    private final Map<String, Integer> labels = new LinkedHashMap<>();
    private final int slots;

    /// Computes the layout of the lines.
    ///
    /// **Errors:** IllegalArgumentException without any instruction, and for a label that is
    /// defined twice or has no instruction after it.
    Layout(List<? extends Instruction> lines) {
        int at = 0;
        for (Instruction line : lines) {
            if (line instanceof Label label && labels.put(label.name(), at) != null) {
                throw new IllegalArgumentException(
                        "label \"" + label.name() + "\" is defined twice");
            }
            at += line.slots();
        }
        slots = at;
        if (slots == 0) {
            throw new IllegalArgumentException("a program needs at least one instruction");
        }
        labels.forEach(this::requireInstructionAfter);
    }

    private void requireInstructionAfter(String name, int at) {
        if (at == slots) {
            throw new IllegalArgumentException(
                    "label \"" + name + "\" has no instruction after it");
        }
    }

    /// The length of the program in slots.
    int slots() {
        return slots;
    }

    /// The number of slots between the jump in slot `from` and the label, as an encoded jump holds
    /// it.
    ///
    /// **Errors:** IllegalArgumentException names the missing label, or the distance and the
    /// limits.
    int distance(int from, String label, int lowest, int highest) {
        Integer at = labels.get(label);
        if (at == null) {
            throw new IllegalArgumentException(
                    "label \"" + label + "\" is not defined; defined: " + labels.keySet());
        }
        int distance = at - from - 1;
        if (distance < lowest || distance > highest) {
            throw new IllegalArgumentException(
                    "jump in slot %d to \"%s\" skips %d slots; this jump can skip %d to %d"
                            .formatted(from, label, distance, lowest, highest));
        }
        return distance;
    }

    /// The program as text: labels at the margin, each instruction after the number of its slot,
    /// which is the number that the kernel's verifier prints.
    static String disassemble(List<? extends Instruction> lines) {
        List<String> text = new ArrayList<>();
        int at = 0;
        for (Instruction line : lines) {
            text.add(line instanceof Label ? line.toString() : "%4d: %s".formatted(at, line));
            at += line.slots();
        }
        return String.join("\n", text);
    }
}
