// Fetches a URL with libcurl-gnutls and prints the body: curl-client URL CA-FILE [tls1.2]; -: the system's trust
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  CURL *curl = curl_easy_init();
  if (argc < 3 || curl == NULL) return 2;
  curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
  if (strcmp(argv[2], "-") != 0) curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
  if (argc > 3) curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_MAX_TLSv1_2);
  CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) puts(curl_easy_strerror(code));
  curl_easy_cleanup(curl);
  return code != CURLE_OK;
}
