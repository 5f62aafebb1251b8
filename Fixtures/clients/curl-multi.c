// Fetches a URL so many times at once with libcurl-gnutls's multi interface: curl-multi URL TIMES [tls1.2]
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  CURLM *multi = curl_multi_init();
  if (argc < 3 || multi == NULL) return 2;
  for (int times = atoi(argv[2]); times > 0; times--) {
    CURL *curl = curl_easy_init();
    if (curl == NULL) return 2;
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    if (argc > 3) curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_MAX_TLSv1_2);
    curl_multi_add_handle(multi, curl);
  }
  int running = 1, waiting, failed = 0;
  while (running > 0) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) return 2;
    if (running > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &waiting)) != NULL;) {
    CURL *curl = message->easy_handle;
    if (message->data.result != CURLE_OK) puts(curl_easy_strerror(message->data.result)), failed = 1;
    curl_multi_remove_handle(multi, curl);
    curl_easy_cleanup(curl);
  }
  curl_multi_cleanup(multi);
  return failed;
}
