package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class SyscallTest {
    private static final Pattern DEFINE =
            Pattern.compile("#define\\s+__NR(?:3264)?_(\\w+)\\s+(\\d+)");

    @Test
    void numbersOfX86AreThoseOfTheKernelsHeader() throws IOException {
        agree(
                Arch.X86_64,
                "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
                "/usr/include/asm/unistd_64.h");
    }

    @Test
    void numbersOfAarch64AreThoseOfTheGenericHeader() throws IOException {
        agree(Arch.AARCH64, "/usr/include/asm-generic/unistd.h");
    }

    private static void agree(Arch arch, String... headers) throws IOException {
        Map<String, Integer> numbers = parse(headers);
        for (Syscall call : Syscall.values()) {
            assertThat(numbers)
                    .containsEntry(call.name().toLowerCase(Locale.ROOT), call.number(arch));
        }
    }

    private static Map<String, Integer> parse(String... headers) throws IOException {
        for (String header : headers) {
            if (Files.exists(Path.of(header))) {
                Map<String, Integer> numbers = new HashMap<>();
                for (String line : Files.readAllLines(Path.of(header))) {
                    Matcher define = DEFINE.matcher(line);
                    if (define.find()) {
                        numbers.put(define.group(1), Integer.parseInt(define.group(2)));
                    }
                }
                return numbers;
            }
        }
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.abort("needs the kernel's headers (linux-libc-dev): " + List.of(headers));
        }
        throw new AssertionError("no header: " + List.of(headers));
    }

    @Test
    void theNumberOfThisMachineIsThatOfItsArchitecture() {
        assertThat(Syscall.BIND.number()).isEqualTo(Syscall.BIND.number(Arch.current()));
    }
}
