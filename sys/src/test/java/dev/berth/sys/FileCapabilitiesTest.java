package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

class FileCapabilitiesTest {
    @TempDir private Path folder;

    @Test
    void aFileWithoutCapabilitiesHasNone() throws Exception {
        Path file = Files.writeString(folder.resolve("plain"), "");
        assertThat(FileCapabilities.of(file)).isEmpty();
        assertThat(FileCapabilities.of(folder.resolve("nowhere"))).isEmpty();
    }

    @Test
    void eachRevisionIsRead() {
        String permitted = "00040000";
        assertThat(decoded("01000001" + permitted + "00000000"))
                .isEqualTo("cap_net_bind_service=ep");
        assertThat(decoded("01000002" + permitted + "00000000" + "0000000000000000"))
                .isEqualTo("cap_net_bind_service=ep");
        assertThat(decoded("00000003" + "00040000" + "00040000" + "80000000" + "0000000000000000"))
                .isEqualTo("cap_net_bind_service,cap_bpf=ip");
    }

    @Test
    void anAttributeThatIsTooShortGivesNothing() {
        assertThat(FileCapabilities.decode(new byte[0])).isEmpty();
        assertThat(FileCapabilities.decode(HexFormat.of().parseHex("010000020004000000000000")))
                .isEmpty();
    }

    private static String decoded(String hex) {
        return FileCapabilities.decode(HexFormat.of().parseHex(hex)).orElseThrow().toString();
    }
}
