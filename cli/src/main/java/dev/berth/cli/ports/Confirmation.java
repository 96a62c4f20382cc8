package dev.berth.cli.ports;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Locale;

/// Asks for consent before a running program is changed.
public interface Confirmation {
    /// Whether there is a user to ask.
    boolean possible();

    /// Whether the answer to the question just printed is yes; an empty answer means no.
    boolean given() throws IOException;

    /// Asks the user at the terminal on standard input.
    static Confirmation ofProcess() {
        return new Confirmation() {
            private static final long TCGETS = 0x5401;
            private static final int TERMIOS_BYTES = 64;

            @Override
            public boolean possible() {
                return Descriptors.ioctl(0, TCGETS, new byte[TERMIOS_BYTES]) >= 0;
            }

            @Override
            public boolean given() throws IOException {
                String answer =
                        new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
                return answer != null && yes(answer);
            }
        };
    }

    private static boolean yes(String answer) {
        String word = answer.strip().toLowerCase(Locale.ROOT);
        return word.equals("y") || word.equals("yes");
    }
}
